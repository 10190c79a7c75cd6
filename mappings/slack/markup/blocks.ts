/** Block Kit as far as the gateway writes it: `rich_text` blocks and the dividers between them. */

/** Shown as in the composer of Slack's own programs. */
export interface SlackStyle {
  bold?: true;
  italic?: true;
  strike?: true;
  underline?: true;
  code?: true;
}

export type SlackElement =
  | { readonly type: "text"; readonly text: string; readonly style?: SlackStyle }
  /** Without `text` the URL itself is shown. */
  | { readonly type: "link"; readonly url: string; readonly text?: string; readonly style?: SlackStyle }
  | { readonly type: "user"; readonly user_id: string; readonly style?: SlackStyle }
  | { readonly type: "channel"; readonly channel_id: string; readonly style?: SlackStyle }
  | { readonly type: "emoji"; readonly name: string; readonly style?: SlackStyle }
  | {
      readonly type: "broadcast";
      readonly range: "here" | "channel" | "everyone";
      readonly style?: SlackStyle;
    };

export interface SlackSection {
  readonly type: "rich_text_section";
  readonly elements: readonly SlackElement[];
}

/** `border: 1` draws the line of a quote before it. */
export type SlackPart =
  | SlackSection
  | { readonly type: "rich_text_quote"; readonly border?: 1; readonly elements: readonly SlackElement[] }
  | {
      readonly type: "rich_text_preformatted";
      readonly border?: 1;
      /** On the wire, though not in the reference. */
      readonly language?: string;
      readonly elements: readonly SlackElement[];
    }
  | {
      readonly type: "rich_text_list";
      readonly style: "bullet" | "ordered";
      /** 0 to 8. */
      readonly indent: number;
      /** How many numbers are left out before the first item. */
      readonly offset?: number;
      readonly border?: 1;
      readonly elements: readonly SlackSection[];
    };

export type SlackBlock =
  | { readonly type: "rich_text"; readonly elements: readonly SlackPart[] }
  | { readonly type: "divider" };

/** `blocks` and `text` of chat.postMessage; `text` is what notifications show. */
export interface SlackText {
  readonly blocks: readonly SlackBlock[];
  readonly text: string;
}
