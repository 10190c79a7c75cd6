/** Every feature that XMPP has a carrier for, both ways. */
import type { MappingCase } from "./case.ts";
import { xmppMessagesIn } from "./xmpp-messages-in.ts";
import { xmppMessagesOut } from "./xmpp-messages-out.ts";
import { xmppRoomIn } from "./xmpp-room-in.ts";
import { xmppRoomOut } from "./xmpp-room-out.ts";
import { xmppTextIn } from "./xmpp-text-in.ts";
import { xmppTextOut } from "./xmpp-text-out.ts";

export const xmppCases: readonly MappingCase[] = [
  ...xmppTextIn,
  ...xmppTextOut,
  ...xmppMessagesIn,
  ...xmppMessagesOut,
  ...xmppRoomIn,
  ...xmppRoomOut,
];
