import { delimiter } from '../../stores/mail/index.ts';
import { ancestors } from '../names/ancestors.ts';
import type { Place } from '../names/place.ts';
import { writeStatus } from '../names/status.ts';
import { type VisibleName, visibleNames } from '../names/visible.ts';
import type { Session } from '../session/session.ts';

/** The names a member sees now, and which of them have others below. */
export class Names {
  readonly all: readonly VisibleName[];
  readonly #byName: ReadonlyMap<string, VisibleName>;
  readonly #parents: ReadonlySet<string>;

  private constructor(all: readonly VisibleName[]) {
    this.all = all;
    this.#byName = new Map(all.map((each) => [each.name, each]));
    this.#parents = ancestors(all.filter(({ mailbox }) => mailbox !== null).map(({ name }) => name));
  }

  static async of(session: Session): Promise<Names> {
    return new Names(await visibleNames(session));
  }

  subscribed(name: string): boolean {
    return this.#byName.get(name)?.subscribed ?? false;
  }

  /** `* LIST (\Subscribed \HasNoChildren) "/" new ("OLDNAME" (old))`. RFC 5465 §5.4, §5.5. */
  write({ out }: Session, name: string, formerName: string | null, more: readonly string[] = []): void {
    const known = this.#byName.get(name);
    const attributes = [...more];
    if (known === undefined || (known.mailbox === null && !known.isLevel)) attributes.push('\\NonExistent');
    if (known?.subscribed) attributes.push('\\Subscribed');
    if (known?.mailbox) {
      attributes.push(this.#parents.has(name) ? '\\HasChildren' : '\\HasNoChildren');
      if (known.mailbox.specialUse) attributes.push(`\\${known.mailbox.specialUse}`);
    }
    out.data('LIST').sp().flags(attributes).raw(` "${delimiter}" `).mailbox(name);
    if (formerName !== null) out.raw(' ("OLDNAME" (').mailbox(formerName).raw('))');
    out.crlf();
  }
}

const counters = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN'];

/** `withModseq`: RFC 5465 §5.1 asks for it where flags are told, and §5.2 where the client keeps mod-sequences. */
export async function writeCounters(session: Session, place: Place, withModseq: boolean): Promise<void> {
  const { statusItems } = session.services.features;
  const names = withModseq || session.condstore ? [...counters, 'HIGHESTMODSEQ'] : counters;
  const features = names.map((name) => statusItems.get(name)).filter((feature) => feature !== undefined);
  await writeStatus(session, place.name, place, features);
}
