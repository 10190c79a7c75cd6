/** What is to be called at a homeserver, as plain data (client-server API; unstable names where they are in use). */
import type { UserUri } from "../ids.ts";

/** A JSON object, as events carry it. */
export type MatrixContent = Readonly<Record<string, unknown>>;

/** `as`: the author in whose ghost's name it is called; null: the gateway's own user. */
export type MatrixCall =
  | {
      readonly kind: "send";
      readonly as: UserUri | null;
      readonly type: string;
      readonly content: MatrixContent;
    }
  /** `text` is to be uploaded as text/plain; then the content, given its address by withAddress, is sent. */
  | {
      readonly kind: "text-file";
      readonly as: UserUri;
      readonly type: string;
      readonly content: MatrixContent;
      readonly text: string;
    }
  /** Always by the gateway's own user, who has the right. */
  | {
      readonly kind: "state";
      readonly type: string;
      readonly stateKey: string;
      readonly content: MatrixContent;
    }
  | {
      readonly kind: "redact";
      readonly as: UserUri | null;
      /** Where `as` is null: the ghost's Matrix id, since he sent the event; null: the gateway's own user, by right. */
      readonly ghost: string | null;
      readonly eventId: string;
      readonly reason: string;
    }
  | {
      readonly kind: "receipt";
      readonly as: UserUri;
      readonly eventId: string;
      /** The thread's root event, or `main`. */
      readonly thread: string;
    }
  /** `timeout` in milliseconds; 0 with `typing` false. */
  | { readonly kind: "typing"; readonly as: UserUri; readonly typing: boolean; readonly timeout: number }
  | {
      readonly kind: "presence";
      readonly as: UserUri;
      readonly presence: "online" | "unavailable" | "offline";
      readonly status: string;
    }
  /** `avatar`: a mxc URL, empty: none; null: as it is. */
  | {
      readonly kind: "profile";
      readonly as: UserUri;
      readonly name: string;
      readonly avatar: string | null;
    }
  /** `user`: whose membership changes; the caller knows the ghost of a remote user. */
  | {
      readonly kind: "membership";
      readonly as: UserUri | null;
      readonly action: "join" | "leave" | "invite" | "kick" | "ban" | "unban";
      readonly user: UserUri;
      readonly reason: string;
    };

/** The content of a `text-file` with the address of the file, a mxc URL; an edit has it in both of its contents. */
export function withAddress(content: MatrixContent, url: string): MatrixContent {
  const replacement = content["m.new_content"];
  if (typeof replacement !== "object" || replacement === null) return { ...content, url };
  return { ...content, url, "m.new_content": { ...replacement, url } };
}
