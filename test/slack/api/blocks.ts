/** What Slack takes as blocks, as far as apps post them: https://docs.slack.dev/reference/block-kit/blocks */
import { z } from "zod";
import type { Block } from "../state/records.ts";
import { Refusal } from "../state/refusal.ts";

const MOST_BLOCKS = 50;
/** Characters of all text together, above which Slack answers msg_blocks_too_long. */
const LONGEST_TEXT = 13_000;

const name = z.string().min(1).max(255);
const style = z.strictObject({
  bold: z.boolean().optional(),
  italic: z.boolean().optional(),
  strike: z.boolean().optional(),
  underline: z.boolean().optional(),
  code: z.boolean().optional(),
  highlight: z.boolean().optional(),
  client_highlight: z.boolean().optional(),
  unlink: z.boolean().optional(),
});
const styled = { style: style.optional() };

const inline = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text: z.string().min(1), ...styled }),
  z.strictObject({
    type: z.literal("link"),
    url: z.string().min(1).max(3_000),
    text: z.string().optional(),
    unsafe: z.boolean().optional(),
    ...styled,
  }),
  z.strictObject({ type: z.literal("emoji"), name, unicode: z.string().optional(), ...styled }),
  z.strictObject({ type: z.literal("user"), user_id: z.string().regex(/^[UW][A-Z0-9]+$/), ...styled }),
  z.strictObject({ type: z.literal("usergroup"), usergroup_id: z.string().regex(/^S[A-Z0-9]+$/), ...styled }),
  z.strictObject({ type: z.literal("channel"), channel_id: z.string().regex(/^[CDG][A-Z0-9]+$/), ...styled }),
  z.strictObject({ type: z.literal("team"), team_id: z.string(), ...styled }),
  z.strictObject({ type: z.literal("broadcast"), range: z.enum(["here", "channel", "everyone"]), ...styled }),
  z.strictObject({ type: z.literal("color"), value: z.string().regex(/^#[0-9a-fA-F]{6}$/), ...styled }),
  z.strictObject({
    type: z.literal("date"),
    timestamp: z.number().int(),
    format: z.string(),
    url: z.string().optional(),
    fallback: z.string().optional(),
    ...styled,
  }),
]);
const border = z.union([z.literal(0), z.literal(1)]).optional();
const section = z.strictObject({ type: z.literal("rich_text_section"), elements: z.array(inline) });
const rich = z.discriminatedUnion("type", [
  section,
  z.strictObject({ type: z.literal("rich_text_quote"), elements: z.array(inline), border }),
  z.strictObject({
    type: z.literal("rich_text_preformatted"),
    elements: z.array(inline),
    border,
    // Not in the reference, and taken.
    language: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal("rich_text_list"),
    style: z.enum(["bullet", "ordered"]),
    elements: z.array(section),
    indent: z.number().int().min(0).max(8).optional(),
    offset: z.number().int().min(0).optional(),
    border,
  }),
]);

const plainText = (most: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  });
const anyText = (most: number) =>
  z.discriminatedUnion("type", [
    plainText(most),
    z.strictObject({
      type: z.literal("mrkdwn"),
      text: z.string().min(1).max(most),
      verbatim: z.boolean().optional(),
    }),
  ]);
const url = z
  .string()
  .regex(/^https?:\/\//)
  .max(3_000);
const button = z.strictObject({
  type: z.literal("button"),
  text: plainText(75),
  action_id: name.optional(),
  value: z.string().max(2_000).optional(),
  url: url.optional(),
  style: z.enum(["primary", "danger"]).optional(),
  accessibility_label: z.string().max(75).optional(),
  confirm: z.unknown().optional(),
});
const picture = { alt_text: z.string().max(2_000), image_url: url };
const id = { block_id: name.optional() };

const richText = z.strictObject({ type: z.literal("rich_text"), elements: z.array(rich), ...id });
const cell = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("raw_text"), text: z.string().min(1) }),
  richText,
]);

const block = z.discriminatedUnion("type", [
  richText,
  z.strictObject({
    type: z.literal("table"),
    rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
    column_settings: z
      .array(
        z.strictObject({
          align: z.enum(["left", "center", "right"]).optional(),
          is_wrapped: z.boolean().optional(),
        }),
      )
      .max(20)
      .optional(),
    ...id,
  }),
  z.strictObject({ type: z.literal("divider"), ...id }),
  z.strictObject({ type: z.literal("header"), text: plainText(150), ...id }),
  z.strictObject({ type: z.literal("markdown"), text: z.string().min(1).max(12_000), ...id }),
  z.strictObject({
    type: z.literal("context"),
    elements: z
      .array(z.union([anyText(3_000), z.strictObject({ type: z.literal("image"), ...picture })]))
      .min(1)
      .max(10),
    ...id,
  }),
  z
    .strictObject({
      type: z.literal("section"),
      text: anyText(3_000).optional(),
      fields: z.array(anyText(2_000)).min(1).max(10).optional(),
      accessory: z.union([button, z.strictObject({ type: z.literal("image"), ...picture })]).optional(),
      expand: z.boolean().optional(),
      ...id,
    })
    .refine((one) => one.text !== undefined || one.fields !== undefined, "must have text or fields"),
  z.strictObject({ type: z.literal("image"), ...picture, title: plainText(2_000).optional(), ...id }),
  z.strictObject({ type: z.literal("actions"), elements: z.array(button).min(1).max(25), ...id }),
]);

/** Throws invalid_blocks_format, invalid_blocks with what is wrong where, invalid_attachments for a second table, or msg_blocks_too_long. */
export function checkBlocks(value: unknown): Block[] {
  if (!Array.isArray(value)) throw new Refusal("invalid_blocks_format");
  const errors: string[] = [];
  if (value.length > MOST_BLOCKS)
    errors.push(`no more than ${MOST_BLOCKS} items allowed [json-pointer:/blocks]`);
  for (const [index, one] of value.entries()) {
    const read = block.safeParse(one);
    for (const issue of read.error?.issues ?? []) {
      errors.push(`${issue.message} [json-pointer:/blocks/${[index, ...issue.path].join("/")}]`);
    }
  }
  for (const [index, one] of value.entries()) {
    const ids = JSON.stringify(one).match(/"action_id":"[^"]*"/g) ?? [];
    if (new Set(ids).size < ids.length)
      errors.push(`\`action_id\` already exists [json-pointer:/blocks/${index}]`);
  }
  if (errors.length > 0) {
    const messages = errors.map((error) => `[ERROR] ${error}`);
    throw new Refusal("invalid_blocks", { errors, response_metadata: { messages } });
  }
  if (value.filter((one: { readonly type?: unknown }) => one.type === "table").length > 1)
    throw new Refusal("invalid_attachments", {
      response_metadata: { messages: ["[ERROR] only_one_table_allowed"] },
    });
  if (lengthOf(value) > LONGEST_TEXT) throw new Refusal("msg_blocks_too_long");
  return value as Block[];
}

/** The words that readers see in blocks; empty: none. */
export function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join("");
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .map(([key, one]) => (key === "text" && typeof one === "string" ? one : wordsOf(one)))
    .join("");
}

function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + lengthOf(one), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, one]) => sum + (key === "text" && typeof one === "string" ? one.length : lengthOf(one)),
    0,
  );
}
