/** Every limit has its name and number here. Bytes, milliseconds, or counts as the names say. */
export const limits = {
  /** Largest content of one event. */
  eventBytes: 256 * 1024,
  /** Largest file that is fetched and stored elsewhere. */
  mediaBytes: 64 * 1024 * 1024,
  /** A host of a file that sends nothing for this long is given up; and how long the whole file may take, either way. */
  mediaSilentMs: 15_000,
  mediaMs: 600_000,
  /** Files that are given to one gateway at a time. */
  mediaAtOnce: 16,
  /** Octets that one peer may leave here before events name them, and for how long they are kept. */
  unnamedMediaBytes: 1024 * 1024 * 1024,
  unnamedMediaMs: 86_400_000,
  /** Largest picture of a user that is given to everybody, and how long fetching it may take. */
  avatarBytes: 1024 * 1024,
  avatarMs: 10_000,
  /** Largest picture of a room that is carried. */
  roomAvatarBytes: 8 * 1024 * 1024,
  /** Largest picture of a custom emoji that is carried, and how long all those of a message may hold it up. */
  emojiBytes: 512 * 1024,
  emojiMs: 10_000,
  /** What all pictures together may have on the disk; the oldest go. */
  avatarsKeptBytes: 128 * 1024 * 1024,
  /** Pictures that are fetched at one time, and how long after a failure one is not tried again. */
  avatarsAtOnce: 8,
  avatarAgainMs: 600_000,
  /** How long a name of a picture that is shown no more stays good. */
  avatarNamedMs: 31 * 86_400_000,
  /** How long a holder owns a lane without renewing; longer than any one request to a platform may take. */
  leaseMs: 30_000,
  /** How often SQL is searched for lanes that are behind, whatever Redis says. */
  sweepMs: 2_000,
  /** Rows that a lane reads at once. */
  lanePage: 200,
  /** Lanes of this process that may be under way at once; a waiting lane costs a promise. */
  laneSlots: 1_000,
  /** How long a lane without anything to do is kept by the only process that there is. */
  laneLingerMs: 2_000,
  /** Rooms that one account makes for those who ask for them; as many more as are asked for in one moment. */
  portalsMost: 1_000,
  /** Tries at a fault that may pass before an event is set aside. */
  tries: 8,
  /** How long something said may hold up its room because the platform does not answer a look-up, before its tries count. */
  unansweredMs: 600_000,
  /**
   * A room is behind, and told so, where something has waited for it this long; or for the shorter time, and so many events
   * wait.
   */
  backlogMs: 600_000,
  backlogSoonMs: 30_000,
  backlogEvents: 100,
  /** Events that are told in short at one time, and the longest message that does so, in bytes of UTF-8. */
  digestEvents: 1_000,
  digestBytes: 2_800,
  /**
   * A room is paused where one voice, or all together, have said again so many messages that were carried into it within this
   * time (short texts count a quarter); or where so much was said within the shorter time, and most of it was nothing new.
   */
  loopMs: 300_000,
  loopOfOne: 10,
  loopOfAll: 50,
  loopFlood: 150,
  loopFloodMs: 10_000,
  /** How far a platform's clock may be off: what is said this much before the same was carried into the room still repeats it. */
  loopClockMs: 5_000,
  /** How many of the last messages that a room was given, and that were said in it, are looked at for that. */
  loopCompared: 500,
  loopHeard: 2_000,
  /** How often the watch looks at accounts and rooms, and how often it asks each account's platform for a sign of life (0: never). */
  watchEveryMs: 5_000,
  pingEveryMs: 10_000,
  /** Without a sign of life for so long an account is silent; with something waiting and nothing delivered for so long, a room is. */
  accountSilentMs: 30_000,
  roomSilentMs: 35_000,
  /** After a restore, a room that is not read for so long, and for which its group takes nothing from other gateways, is told of. */
  roomUnreadMs: 600_000,
  /** An alarm that the process which raised it has not seen again for so long may be ended by another one. */
  alarmSeenMs: 60_000,
  /** Units of work in one transaction of the SQLite writer. */
  writerBatch: 512,
  /** Largest body of a request from another gateway, where its resource says nothing else. */
  peerRequestBytes: 1024 * 1024,
  /** Largest body of an answer that is read from another gateway. */
  peerAnswerBytes: 4 * 1024 * 1024,
  /** Largest well-known that is read. */
  wellKnownBytes: 256 * 1024,
  /** How long a fetched well-known may take, and how long it may be kept. */
  wellKnownFetchMs: 10_000,
  wellKnownMaxAgeMs: 300_000,
  /** How long after one fetch of a gateway's well-known there is no other. */
  wellKnownEveryMs: 60_000,
  /** Longest life of a code. */
  codeMs: 7 * 86_400_000,
  /** Largest body of a request that redeems a code. */
  redeemBytes: 4_096,
  /** The same of an invitation or a knock. */
  askBytes: 16_384,
  /** Longest life of an invitation. */
  invitationMs: 31 * 86_400_000,
  /** Invitations, and knocks, of one peer that are kept at one time. */
  askedKept: 1_000,
  /** A user who knocks at a group is not heard again for this long. */
  knockEveryMs: 3_600_000,
  /** The same of a hint. */
  hintBytes: 512 * 1024,
  /** Requests that one peer may make in a row, and in each second from then on. */
  peerBurst: 400,
  peerPerSecond: 200,
  /** The same for one address that nobody has vouched for. */
  strangerBurst: 20,
  strangerPerSecond: 1,
  /** How long a request's head, and all of it, may take to come. */
  peerHeadMs: 10_000,
  peerRequestMs: 30_000,
  /** Requests of one peer that are held at one time, and how long each is at most. */
  peerHeld: 64,
  holdMs: 25_000,
  /** Requests of one peer that are under way at one time, until their answers are taken; held ones among them. */
  peerOpen: 128,
  /** Groups in one request that is held for many. */
  subscriptions: 1_000,
  /** Events, and octets of their content, in one answer. */
  pageEvents: 500,
  pageBytes: 1024 * 1024,
  /** Events of one guest that a group takes in a minute. */
  guestEventsPerMinute: 60_000,
  /** Connections from other gateways at one time. */
  peerConnections: 8_192,
} as const;
export type Limits = { readonly [Name in keyof typeof limits]: number };
