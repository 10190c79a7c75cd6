/** A platform whose people make polls, as those of some platforms do: the fake one, with two more words. */
import type { Lookups, Raw, Translated } from "../../../core/bridge/inbound.ts";
import type { NativeId, NativeRoom } from "../../../core/ids.ts";
import { message, type MessageBody } from "../../../mappings/message.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";

/** `poll QUESTION | OPTION | ...`, `secret poll ...` (the counts are kept until the end), `end ID: WORDS`. */
const POLL = /^(?<secret>secret )?poll (?<question>[^|]+)\|(?<options>.+)$/;
const END = /^end (?<poll>\S+ \d+): (?<words>.*)$/;

export class PollBridge extends FakeBridge {
  override async toEvents(room: NativeRoom, raw: Raw, lookups?: Lookups): Promise<readonly Translated[]> {
    const said = JSON.parse(raw.raw) as {
      readonly id?: string;
      readonly user?: string;
      readonly text?: string;
    };
    const body = bodyOf(said.text ?? "");
    if (body === null || lookups === undefined) return super.toEvents(room, raw);
    const poll = END.exec(said.text ?? "")?.groups?.["poll"];
    const [known] = poll === undefined ? [] : await lookups.messages([{ by: "native", name: poll }]);
    const sender = { native: said.user ?? "", name: said.user ?? "" };
    const told = { ...message(body), replyTo: known?.version ?? null };
    return [{ kind: "message", sender, message: told, native: (said.id ?? "") as NativeId, aux: null }];
  }

  override refers(raw?: Raw): boolean {
    return raw?.raw.includes('"end ') ?? false;
  }
}

function bodyOf(text: string): MessageBody | null {
  const asked = POLL.exec(text)?.groups;
  if (asked) {
    const options = (asked["options"] ?? "")
      .split("|")
      .map((words, at) => ({ id: `o${at}`, text: words.trim() }));
    const question = (asked["question"] ?? "").trim();
    return { kind: "poll", question, options, most: 1, disclosed: asked["secret"] === undefined };
  }
  const ended = END.exec(text)?.groups;
  return ended ? { kind: "poll-end", text: ended["words"] ?? "" } : null;
}
