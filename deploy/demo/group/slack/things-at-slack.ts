/** Files and votes in the channel. */
import { z } from "zod";
import { fileText } from "../../file-text.ts";
import { each, filed, line, MENU, PICTURE, QUESTION } from "../lines.ts";
import type { Votes } from "../poll-lines.ts";
import type { AtSlack } from "./at-slack.ts";

const buttonForm = z.looseObject({ accessory: z.looseObject({ action_id: z.string() }) });

export async function thingsAtSlack(at: AtSlack): Promise<void> {
  const { people, alice } = at;
  await at.show(
    "file",
    alice,
    () => people.upload(alice.id, "menu.txt", MENU),
    filed("file", "menu.txt", MENU),
  );
  const holds = fileText(PICTURE);
  await at.show(
    "picture, caption",
    alice,
    () => people.upload(alice.id, "cup.png", PICTURE, "My cup"),
    each({
      slack: line(`file cup.png: ${holds} My cup`),
      matrix: line(`picture cup.png: ${holds} (says: My cup)`),
      muc: (name) => ({ adds: [`${name}: file cup.png: ${holds}`, `${name}: My cup`] }),
    }),
  );
}

/** With the button beside the option. `option`: its place, from 0. */
export async function voteAtSlack(at: AtSlack, option: number, votes: Votes): Promise<void> {
  const { people, bob } = at;
  const press = async (): Promise<void> => {
    const poll = (await people.messages()).find(({ text }) => text.includes(QUESTION));
    const buttons = poll?.blocks.flatMap((block) => buttonForm.safeParse(block).data?.accessory ?? []) ?? [];
    await people.press(bob.id, poll?.ts ?? "", buttons[option]?.action_id ?? "");
  };
  await at.show("vote", bob, press, votes.cast(option, "channel"));
}
