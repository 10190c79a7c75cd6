/** What a guest reads of a group, for the checks that look at it. */
import { type Page, pageForm, syncForm } from "./answers.ts";
import { Unexpected } from "./ledger.ts";
import type { Guest } from "./parties.ts";
import { type Answer, readGranted } from "./wire.ts";

const MOST_PAGES = 20;

/** One page of the log. Throws Unexpected. */
export async function readPage(guest: Guest, query: string): Promise<Page> {
  return readGranted(pageForm, "GET G/events", await pollAs(guest, query));
}

/** The answer to `GET G/events`, whatever it is. */
export async function pollAs({ subject, me, path }: Guest, query: string): Promise<Answer> {
  return subject.ask(me, { path: `${path}/events${query === "" ? "" : `?${query}`}`, hasty: true });
}

/** All that can be read from where the guest began, as one page. Throws Unexpected. */
export async function readLog(guest: Guest): Promise<Page> {
  const events = [];
  let after = guest.cursor;
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await readPage(guest, `after=${after}`);
    events.push(...page.events);
    after = page.cursor;
    if (!page.more) return { ...page, events };
  }
  throw new Unexpected({ expected: `the end of the log within ${MOST_PAGES} pages`, came: "more" });
}

/** `POST sync` for the guest's group, or as `body` says. Throws Unexpected. */
export async function readSync({ subject, me, group }: Guest, one: object, body: object = {}) {
  const subscriptions = [{ group, ...one }];
  const answer = await subject.ask(me, { path: "/sync", body: { subscriptions, ...body } });
  return readGranted(syncForm, "POST sync", answer);
}
