/** What is done in a MUC to what was said before. */
import type { GroupMessage } from "../../../clients/xmpp-messages.ts";
import { correction, inThread, reactions, reply, retraction } from "../../stanzas.ts";
import { messageOf } from "./held-by-muc.ts";
import type { InMuc, Others } from "./in-muc.ts";
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
} from "../lines.ts";

/** To what was said first in the others' room. */
export async function relationsInMuc(at: InMuc, others: Others): Promise<void> {
  const [first, second] = at.side.people;
  const said = HELLO[others.room];
  const hello = (): GroupMessage => messageOf(at.side, said);
  await at.send(
    "reply",
    first,
    () => reply(hello(), `${at.side.room}/${others.author}`, "At last!"),
    replied("At last!", said, others.author),
  );
  const thread = (): string => messageOf(at.side, IN_THREAD[others.room]).stanza.getChildText("thread") ?? "";
  await at.send(
    "thread",
    second,
    () => inThread(thread(), "I am here too"),
    threaded("I am here too", said, IN_THREAD[others.room]),
  );
  await at.send(
    "thread begun",
    second,
    () => inThread(`tea-${at.home}`, "Who reads?"),
    each({
      slack: line("Who reads?"),
      matrix: line("Who reads?"),
      muc: line("Who reads? (thread: new)"),
    }),
  );
  await at.send(
    "thread goes on",
    second,
    () => inThread(`tea-${at.home}`, "And what?"),
    each({
      slack: line("And what?"),
      matrix: line("And what?"),
      muc: line("And what? (thread: Who reads?)"),
    }),
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
  await at.send("reaction", second, () => reactions(hello(), "👍"), reacted("👍", said));
  await at.send("reaction ends", second, () => reactions(hello()), unreacted("👍", said));
}
