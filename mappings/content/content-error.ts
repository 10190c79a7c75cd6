/** Every rule that a document can break. A code is never renamed or used again. */
export const contentRules = {
  truncated: "the document ends in the middle",
  trailing: "octets follow the document",
  not_deterministic:
    "a length is left open, an item takes more octets than it needs, or a float is an integer or a subnormal half",
  key_order: "the keys of a map are not in the order of their octets",
  duplicate_key: "a map has a key twice",
  not_utf8: "a text is not UTF-8",
  integer_range: "an integer lies beyond 2^53 - 1 on either side",
  value_type:
    "a value is of a type that content does not have (undefined, a simple value, a key that is no scalar)",
  nesting: "arrays, maps and tags stand in each other more than 16 deep",
  items: "the document has more than 32768 items",
  shape: "the document is not an array of the items due",
  salt: "the salt is not 16 octets",
  id: "a reference is not the 32 octets of an id whose first octet is 1",
  topic: "the topic's id is not octets, or more than 4096",
  expiry: "the expiry is not [relative, seconds], or more than a year after reading",
  extensions: "the extensions are not a map of integers and texts of 1 to 255 octets",
  extension_depth: "the extensions' values stand in each other more than 4 deep",
  sender: "extension 1 is not the sender's URI",
  group: "extension 2 is not the group chat's URI",
  part: "a part is not an array of the items due to its cardinality",
  cardinality: "a part is of a cardinality that is not known",
  semantics: "how parts belong together is said by a number that is not known",
  part_too_few: "a list of parts has fewer than two",
  part_depth: "parts stand in each other more than 4 deep",
  part_count: "there are more than 1024 parts",
  property: "the document is not a property that is known",
  member: "the document is not a change of a member",
  role: "the document is not a list of roles, or has two of the same index",
  moderate: "the document is not an act of a moderator",
  erase: "the document does not say what is to be forgotten",
  opaque: "the document is not a media type with octets",
  status: "the document is not a status report",
  encryption: "the file is encrypted in a way that is not known, or key or nonce are of a wrong length",
  hash: "the hash of the file is of a kind that is not known, or not that of its octets",
  sealed: "the file cannot be decrypted with its key",
} as const;
export type ContentRule = keyof typeof contentRules;

/** Why a document is refused: which rule it breaks, and where or how. Nothing here quotes what the document says. */
export class ContentError extends Error {
  override readonly name = "ContentError";
  readonly rule: ContentRule;
  /** The rule in words, and the place. */
  readonly detail: string;

  constructor(rule: ContentRule, place = "", options?: ErrorOptions) {
    const detail = place === "" ? contentRules[rule] : `${contentRules[rule]} (${place})`;
    super(`${rule}: ${detail}`, options);
    this.rule = rule;
    this.detail = detail;
  }
}
