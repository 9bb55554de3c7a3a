import { z } from 'zod';
import type { Rooms } from '../../rooms/index.ts';
import { adminCommand } from '../admin/index.ts';
import {
  checkAll,
  checkedText,
  chosenDomains,
  gatherFacts,
  isBad,
  openChecker,
  toPublish,
  zoneJson,
  zoneText,
} from '../dns/index.ts';

const command = adminCommand<Rooms>();
const domain = { name: 'domain', summary: 'one of ours; all of them where it is left out', optional: true };
const schema = z.strictObject({ domain: z.string().optional() });

const show = command({
  name: ['dns', 'show'],
  summary: 'print every DNS record to publish, as a zone file',
  parameters: [domain],
  schema,
  async run(rooms, { domain: wanted }) {
    const domains = await chosenDomains(rooms, wanted);
    const parts = toPublish(domains, await gatherFacts(rooms, domains));
    return { text: zoneText(parts), json: zoneJson(parts) };
  },
});

const check = command({
  name: ['dns', 'check'],
  summary: 'ask the DNS for every record, and say of each whether it does; 1 where mail suffers',
  parameters: [domain],
  schema,
  async run(rooms, { domain: wanted }, { signal }) {
    const domains = await chosenDomains(rooms, wanted);
    const facts = await gatherFacts(rooms, domains);
    const asking = openChecker(rooms);
    try {
      const checked = await checkAll(domains, facts, asking, signal);
      return { text: checkedText(checked), json: checked, status: checked.some(isBad) ? 1 : 0 };
    } finally {
      asking.resolver.close();
    }
  },
});

export const dnsCommands = [show, check];
