/** Texts in a MUC. */
import { shortened } from "../../reading.ts";
import { body, call, mention, retraction, spoiler, strong } from "../../stanzas.ts";
import type { InMuc, Others } from "./in-muc.ts";
import { alike, each, line, spoiled } from "../lines.ts";

export async function textsInMuc(at: InMuc, others: Others): Promise<void> {
  const { mentioned: other } = others;
  // Only people of the workspace itself can be mentioned there.
  const mentioned = others.room === "channel" ? `@${other}` : `*@${other}*`;
  const [first, second] = at.side.people;
  const shows = (feature: string, text: string): Promise<unknown> =>
    at.send(feature, first, () => [body(text)], alike(text.replaceAll("\n", " ⏎ ")));
  await shows("rich text", "*bold* _italic_ ~struck~ `code`");
  await shows("code block", "```\nlet tea = 1;\n```");
  await shows("quote, list", "> a quote\n- an item");
  await shows("link", "https://example.org/a_b?c=1&d=*2*");
  await at.send(
    "rich text beside",
    second,
    () => strong("strong words", 6),
    (room, name) =>
      room === at.home
        ? { adds: [`${name}: strong words (strong: 0 to 6)`] }
        : { adds: [`${name}: *strong* words`] },
  );
  const tea = await at.send(
    "mention",
    second,
    () => mention(at.side.room, other, ": tea?"),
    each({
      slack: line(`${mentioned}: tea?`),
      matrix: line(`@${other}: tea? (“@${other}” is ${other})`),
      muc: line(`${other}: tea? (“${other}” is ${other})`),
    }),
  );
  await at.send(
    "delete",
    second,
    () => retraction(tea),
    each({
      slack: (name) => ({ adds: [], removes: [`${name}: ${mentioned}: tea?`] }),
      matrix: (name) => ({ adds: [], removes: [`${name}: @${other}: tea? (“@${other}” is ${other})`] }),
      muc: (name) => ({ adds: [`${name} takes back: ${shortened(`${other}: tea?`)}`] }),
    }),
  );
  await shows("lines", "Two lines\nare one message.");
  const url = "https://example.org/tea";
  await at.send(
    "call",
    first,
    () => call(url),
    (room, name) => {
      if (room === "channel") return { adds: [`${name}: 📞 Call: ${url}`] };
      if (room === "matrix") return { adds: [`${name}: Call started: ${url}`] };
      return { adds: [room === at.home ? `${name}: ${url}` : `${name}: A call: ${url}`] };
    },
  );
  await at.send("spoiler", first, () => spoiler("who it was", "the cat"), spoiled("the cat", "who it was"));
  await at.send(
    "emote",
    second,
    () => [body("/me waves")],
    each({
      slack: line("_waves_"),
      matrix: (name) => ({ adds: [`* ${name} waves`] }),
      muc: (name) => ({ adds: [`* ${name} waves`] }),
    }),
  );
}
