/** What is done in a MUC to what was said before. */
import type { GroupMessage } from "../../clients/xmpp-messages.ts";
import { correction, inThread, reactions, reply, retraction } from "../stanzas.ts";
import { messageOf } from "./held-by-muc.ts";
import type { InMuc } from "./in-muc.ts";
import {
  deleted,
  each,
  edited,
  HELLO,
  IN_THREAD,
  line,
  reacted,
  replied,
  threaded,
  unreacted,
} from "./lines.ts";

export async function relationsInMuc(at: InMuc): Promise<void> {
  const [first, second] = at.side.people;
  const hello = (): GroupMessage => messageOf(at.side, HELLO.matrix);
  await at.send(
    "reply",
    first,
    () => reply(hello(), `${at.side.room}/Mia`, "At last!"),
    replied("At last!", HELLO.matrix),
  );
  const thread = (): string => messageOf(at.side, IN_THREAD).stanza.getChildText("thread") ?? "";
  await at.send(
    "thread",
    second,
    () => inThread(thread(), "I am here too"),
    threaded("I am here too", HELLO.matrix, IN_THREAD),
  );
  await at.send(
    "thread begun",
    second,
    () => inThread(`tea-${at.home}`, "Who reads?"),
    each(line("Who reads?"), line("Who reads? (thread: new)")),
  );
  await at.send(
    "thread goes on",
    second,
    () => inThread(`tea-${at.home}`, "And what?"),
    each(line("And what?"), line("And what? (thread: Who reads?)")),
  );
  const wrong = await at.say(first, "Tee is ready");
  await at.send(
    "edit",
    first,
    () => correction(wrong, "Tea is ready"),
    edited("Tee is ready", "Tea is ready"),
  );
  const gone = await at.say(second, "Not for long");
  await at.send("delete", second, () => retraction(gone), deleted("Not for long"));
  await at.send("reaction", second, () => reactions(hello(), "👍"), reacted("👍", HELLO.matrix));
  await at.send("reaction ends", second, () => reactions(hello()), unreacted("👍", HELLO.matrix));
}
