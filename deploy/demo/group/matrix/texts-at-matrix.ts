/** Texts in the room at the homeserver. */
import { textContent } from "../../../clients/matrix-contents.ts";
import type { AtMatrix } from "./at-matrix.ts";
import { alike, each, line, PICTURE, spoiled } from "../lines.ts";

export async function textsAtMatrix(at: AtMatrix): Promise<void> {
  const { room, look, mia, nils } = at;
  const shows = (feature: string, text: string, body: string, html: string): Promise<void> =>
    at.show(feature, mia, () => mia.user.sayHtml(room, body, html), alike(text));
  await shows(
    "rich text",
    "*bold* _italic_ ~struck~ `code`",
    "bold italic struck code",
    "<strong>bold</strong> <em>italic</em> <del>struck</del> <code>code</code>",
  );
  await shows(
    "code block",
    "``` ⏎ let tea = 1; ⏎ ```",
    "let tea = 1;",
    '<pre><code class="language-ts">let tea = 1;\n</code></pre>',
  );
  await shows(
    "quote, list",
    "> a quote ⏎ - an item ⏎ - another",
    "a quote, an item, another",
    "<blockquote>a quote</blockquote>\n<ul>\n<li>an item</li>\n<li>another</li>\n</ul>",
  );
  const table = "<table><tr><td>Tea</td><td>1</td></tr><tr><td>Cake</td><td>2</td></tr></table>";
  await at.show(
    "heading, table",
    mia,
    () => mia.user.sayHtml(room, "Menu: Tea 1, Cake 2", `<h3>Menu</h3>${table}`),
    each({
      slack: line("*Menu* ⏎ ``` ⏎ Tea  | 1 ⏎ -----+-- ⏎ Cake | 2 ⏎ ```"),
      matrix: line("*Menu* ⏎ Tea | 1 ⏎ Cake | 2"),
      muc: line("*Menu* ⏎ ``` ⏎ Tea | 1 ⏎ Cake | 2 ⏎ ```"),
    }),
  );
  await shows(
    "lines",
    "Two lines ⏎ are one message.",
    "Two lines\nare one message.",
    "Two lines<br>are one message.",
  );
  await shows(
    "link",
    "the menu (https://example.org/menu?day=1)",
    "the menu",
    '<a href="https://example.org/menu?day=1">the menu</a>',
  );
  await at.show(
    "mention",
    mia,
    async () => {
      const anna = encodeURIComponent(await look.idOf("anna"));
      const html = `<a href="https://matrix.to/#/${anna}">@anna</a>: tea?`;
      await mia.user.sayHtml(room, "@anna: tea?", html);
    },
    each({
      slack: line("*@anna*: tea?"),
      matrix: line("@anna: tea? (“@anna” is anna)"),
      muc: line("anna: tea? (“anna” is anna)"),
    }),
  );
  await at.show(
    "mention of all",
    mia,
    () =>
      mia.user.send(room, "m.room.message", {
        ...textContent("@room: cake!"),
        "m.mentions": { room: true },
      }),
    each({ slack: line("@channel: cake!"), matrix: line("@room: cake!"), muc: line("@room: cake!") }),
  );
  await at.show(
    "notice",
    nils,
    () => nils.user.send(room, "m.room.message", { msgtype: "m.notice", body: "I am a program" }),
    alike("I am a program"),
  );
  await at.show(
    "spoiler",
    mia,
    () => mia.user.sayHtml(room, "[spoiler]", '<span data-mx-spoiler="who it was">the cat</span>'),
    spoiled("the cat", "who it was"),
  );
  await at.show(
    "emote",
    nils,
    () => nils.user.send(room, "m.room.message", { msgtype: "m.emote", body: "waves" }),
    each({
      slack: line("_waves_"),
      matrix: (name) => ({ adds: [`* ${name} waves`] }),
      muc: (name) => ({ adds: [`* ${name} waves`] }),
    }),
  );
  await at.show(
    "custom emoji",
    nils,
    async () => {
      const tulip = await nils.user.http.upload("tulip.png", "image/png", PICTURE);
      const picture = `<img data-mx-emoticon src="${tulip}" alt=":tulip:" title=":tulip:" height="32">`;
      await nils.user.sayHtml(room, "a :tulip: for you", `a ${picture} for you`);
    },
    alike("a :tulip: for you"),
  );
}
