/** What readers and writers of markup look up, and what they give back. */
import type { Loss } from "../loss.ts";
import type { InboundContext, OutboundContext } from "../mapping.ts";
import type { FlatText } from "./flat.ts";

/** Who is mentioned, which room is linked, where an emoji's picture is. */
export type MarkupReader = Pick<InboundContext, "user" | "room" | "emoji">;

/** How a user, a group or an emoji is named on the platform; `broadcasts`: whether everybody may be notified there. */
export type MarkupWriter = Pick<OutboundContext, "user" | "room" | "emoji"> & {
  readonly broadcasts: boolean;
};

export interface ReadText {
  readonly text: FlatText;
  readonly losses: readonly Loss[];
}

export interface WrittenText<Form> {
  readonly value: Form;
  readonly losses: readonly Loss[];
}
