/** What is done in the channel to what was said before. */
import { deleted, edited, HELLO, IN_THREAD, reacted, threaded, unreacted } from "../lines.ts";
import type { AtSlack } from "./at-slack.ts";

export async function relationsAtSlack(at: AtSlack): Promise<void> {
  const { people, alice, bob } = at;
  const hello = (): string => at.tsOf(HELLO.channel);
  await at.say(alice, "Tee is ready");
  await at.show(
    "edit",
    alice,
    () => people.edit(alice.id, at.tsOf("Tee is ready"), "Tea is ready"),
    edited("Tee is ready", "Tea is ready"),
  );
  await at.say(bob, "Not for long");
  await at.show("delete", bob, () => people.delete(bob.id, at.tsOf("Not for long")), deleted("Not for long"));
  await at.show("reaction", bob, () => people.react(bob.id, hello(), "+1"), reacted("👍", HELLO.channel));
  await at.show(
    "reaction ends",
    bob,
    () => people.unreact(bob.id, hello(), "+1"),
    unreacted("👍", HELLO.channel),
  );
  await at.post(
    "thread",
    bob,
    IN_THREAD.channel,
    { thread: hello() },
    threaded(IN_THREAD.channel, HELLO.channel, null),
  );
}

/** To what came from elsewhere. */
export async function repliesAtSlack(at: AtSlack): Promise<void> {
  const { people, alice, bob } = at;
  await at.show(
    "thread, on a copy",
    alice,
    async () => people.post(alice.id, "Welcome!", { thread: await at.find(HELLO.near) }),
    threaded("Welcome!", HELLO.near, null),
  );
  await at.show(
    "reaction, on a copy",
    bob,
    async () => people.react(bob.id, await at.find(HELLO.far), "tada"),
    reacted("🎉", HELLO.far),
  );
}
