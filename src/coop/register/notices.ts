import type { CoopHouse } from '../house.ts';
import { coopOperations as operations } from '../store/module.ts';
import { noticeWords } from './notice-words.ts';

/** Mails to members about what was asked or done in their name. They are kept with it, so that each is sent, by now or later. */
export class Notices {
  readonly #house: CoopHouse;
  #round: Promise<void> = Promise.resolve();

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /** Sends what is not sent yet. What cannot be sent now stays for the next time: nothing that was done depends on it. */
  async deliver(): Promise<void> {
    await this.deliverAll().catch(() => {});
  }

  /** The same; throws where one could not be sent. One round at a time. */
  deliverAll(): Promise<void> {
    const round = this.#round.catch(() => {}).then(() => this.#deliverAll());
    this.#round = round;
    return round;
  }

  async #deliverAll(): Promise<void> {
    const { database, mail, clock, name, languages } = this.#house;
    for (let after = 0; ; ) {
      const page = await database.call(operations.registerNoticesPending, { after });
      for (const notice of page) {
        await mail({
          id: `notice-${notice.id}`,
          account: notice.to,
          ...noticeWords(notice, name, languages),
        });
        await database.call(operations.registerNoticeSent, { id: notice.id, now: clock.nowMs() });
      }
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }
}
