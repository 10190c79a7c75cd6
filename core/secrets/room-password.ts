import type { NativeRoom } from "../ids.ts";

/** Under which name among an account's secrets the password of a room is that people must give to enter it. */
export const roomPasswordKind = (room: NativeRoom): string => `room-password ${room}`;
