/** What is to be done in a room, as plain data, and what the room can do. */
import type { EventId, UserUri } from "../ids.ts";
import type { Loss, LossCode } from "../loss.ts";
import type { MemberAction, Role } from "../mapping.ts";
import type { XmlElement } from "../xml.ts";

/** What the room and the gateway's rights in it allow. */
export interface XmppCapabilities {
  /** The room's bare JID. */
  readonly roomJid: string;
  /** Whether the room gives its messages stanza-ids: else nothing but corrections can refer to them. */
  readonly stanzaId: boolean;
  readonly occupantId: boolean;
  /** Octets of a message's text and elements together, as XML with every escape. */
  readonly textBytes: number;
  /** Whether the gateway may take back what others said (XEP-0425). */
  readonly moderation: boolean;
  /** Whether the gateway may set the subject. */
  readonly subject: boolean;
  /** Whether the gateway may change the room's form: its name, whether it is moderated. */
  readonly configuration: boolean;
  /** Whether the room has a picture and the gateway may change it (XEP-0486). */
  readonly picture: boolean;
  /** Whether the gateway may remove occupants and set affiliations and roles. */
  readonly administration: boolean;
  readonly typing: boolean;
  readonly markers: boolean;
  readonly presence: boolean;
  /** Whether everybody may be addressed from here. */
  readonly broadcasts: boolean;
}

export type XmppCall =
  | {
      readonly kind: "message";
      /** In whose name; null: the gateway's own. */
      readonly as: UserUri | null;
      /** Not null: it must come from the occupant that said this message (a correction or retraction of it). */
      readonly of: EventId | null;
      /** Which part of the event it is, from 0: what is replied to and corrected later. null: no part, nothing refers to it. */
      readonly part: number | null;
      /** The children of the message: `body` first where there is one; without ids of its own. */
      readonly payload: readonly XmlElement[];
    }
  /** Text that is too long for messages, to be stored and shown as a file. */
  | {
      readonly kind: "text-file";
      readonly as: UserUri;
      readonly part: number;
      readonly filename: string;
      readonly text: string;
    }
  | { readonly kind: "subject"; readonly as: UserUri | null; readonly text: string }
  | { readonly kind: "name"; readonly text: string }
  /** `url`: where the picture is; empty: none. */
  | { readonly kind: "avatar"; readonly url: string }
  | { readonly kind: "moderated"; readonly moderated: boolean }
  /** XEP-0425, by the gateway's own occupant. */
  | { readonly kind: "moderate"; readonly stanzaId: string; readonly reason: string }
  /** A remote user's own place in the room. */
  | {
      readonly kind: "occupancy";
      readonly user: UserUri;
      readonly name: string;
      readonly present: boolean;
      readonly reason: string;
    }
  /** A native user, by his native id, is invited, removed, banned or allowed again. */
  | {
      readonly kind: "member";
      readonly native: string;
      readonly action: MemberAction;
      readonly reason: string;
    }
  | { readonly kind: "role"; readonly native: string; readonly role: Role }
  /** How a remote user is shown: his nick, and his picture by its URL (empty: none; null: unchanged). */
  | {
      readonly kind: "profile";
      readonly user: UserUri;
      readonly name: string;
      readonly avatar: string | null;
    }
  /** `show`: empty where he is there. */
  | { readonly kind: "presence"; readonly as: UserUri; readonly show: "" | "away"; readonly status: string };

export const outLoss = (code: LossCode, detail: string): Loss => ({ code, detail });
