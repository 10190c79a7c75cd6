/** Whether somebody else is connected to the server as the same component. */
import { NS } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { type Element, xml } from "./xml.ts";

/** Where each stanza goes to either of two streams, every fourth answer comes to this one: of so many some do. */
const QUESTIONS = 40;
const ANSWER_WITHIN_MS = 1_000;

/**
 * Asks the component's own address what it is (XEP-0030), which no gateway does that runs: where only this stream is there the
 * questions come back to it, for whoever holds it to refuse, and where a gateway answers, that is another one. Resolves at the
 * first such answer, or when all have come or a second is over. Never rejects.
 */
export async function hasCompany(stream: Pick<ComponentStream, "request">, domain: string): Promise<boolean> {
  const { promise: found, resolve } = Promise.withResolvers<true>();
  const asking = Array.from({ length: QUESTIONS }, async () => {
    const question = xml("query", { xmlns: NS.discoInfo });
    const answer = await stream.request(xml("iq", { type: "get", to: domain }, question), ANSWER_WITHIN_MS);
    if (isGateway(answer)) resolve(true);
  });
  return Promise.race([found, Promise.allSettled(asking).then(() => false)]);
}

const isGateway = (answer: Element): boolean =>
  answer.getChild("query", NS.discoInfo)?.getChild("identity")?.attrs["type"] === "mimi";
