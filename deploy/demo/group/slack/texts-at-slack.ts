/** Texts in the channel. */
import type { SlackElement } from "../../../clients/slack-people.ts";
import { alike, each, line } from "../lines.ts";
import type { AtSlack } from "./at-slack.ts";

const plain = (text: string): SlackElement => ({ type: "text", text });
const section = (...elements: readonly SlackElement[]): SlackElement => ({
  type: "rich_text_section",
  elements,
});
const richText = (...elements: readonly SlackElement[]): { readonly blocks: readonly SlackElement[] } => ({
  blocks: [{ type: "rich_text", elements }],
});

const STYLED = richText(
  section(
    { type: "text", text: "bold", style: { bold: true } },
    plain(" "),
    { type: "text", text: "italic", style: { italic: true } },
    plain(" "),
    { type: "text", text: "struck", style: { strike: true } },
    plain(" "),
    { type: "text", text: "code", style: { code: true } },
  ),
);
const CODE = richText({ type: "rich_text_preformatted", elements: [plain("let tea = 1;")] });
const LIST = richText(
  { type: "rich_text_quote", elements: [plain("a quote")] },
  {
    type: "rich_text_list",
    style: "bullet",
    indent: 0,
    elements: [section(plain("an item")), section(plain("another"))],
  },
);
const MENU_URL = "https://example.org/menu?day=1";

export async function textsAtSlack(at: AtSlack): Promise<void> {
  const { alice, bob } = at;
  await at.post(
    "rich text",
    bob,
    "bold italic struck code",
    STYLED,
    alike("*bold* _italic_ ~struck~ `code`"),
  );
  await at.post("code block", alice, "```let tea = 1;```", CODE, alike("``` ⏎ let tea = 1; ⏎ ```"));
  await at.post(
    "quote, list",
    alice,
    "&gt; a quote\n• an item\n• another",
    LIST,
    alike("> a quote ⏎ - an item ⏎ - another"),
  );
  await at.post("link", bob, `<${MENU_URL}|the menu>`, {}, alike(`the menu (${MENU_URL})`));
  await at.post("lines", bob, "Two lines\nare one message.", {}, alike("Two lines ⏎ are one message."));
  await at.post(
    "mention",
    alice,
    `<@${bob.id}> tea?`,
    {},
    each({
      slack: line("@Bobby tea?"),
      matrix: line("@Bobby tea? (“@Bobby” is Bobby)"),
      muc: line("@Bobby tea? (“@Bobby” is Bobby)"),
    }),
  );
  await at.post(
    "mention of all",
    alice,
    "<!here> cake!",
    {},
    each({ slack: line("@here cake!"), matrix: line("@room cake!"), muc: line("@here cake!") }),
  );
  await at.post(
    "emote",
    bob,
    "waves",
    { me: true },
    each({
      slack: line("waves"),
      matrix: (name) => ({ adds: [`* ${name} waves`] }),
      muc: (name) => ({ adds: [`* ${name} waves`] }),
    }),
  );
}
