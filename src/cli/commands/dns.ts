import { z } from 'zod';
import type { Rooms } from '../../rooms/index.ts';
import { adminCommand } from '../admin/index.ts';
import { chosenDomains, gatherFacts, toPublish, zoneJson, zoneText } from '../dns/index.ts';

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

export const dnsCommands = [show];
