/** What the value of each property of a group may be (docs/mtp.md, Properties). */
import { ContentError } from "./content/content-error.ts";
import { type GroupPropertyName, groupPropertyNames, type PropertyChange } from "./events.ts";

const NAME_CHARACTERS = 256;
const TOPIC_CHARACTERS = 4096;
const LINK_ITEM = /^[a-z0-9_-]{1,64}$/;
const MESSAGE_ID = /^01[0-9a-f]{62}$/;

/** A property's name, item and value, each of any type as it was read. Throws ContentError. */
export function checkProperty(name: unknown, item: unknown, value: unknown): PropertyChange {
  const known = groupPropertyNames.find((one) => one === name);
  if (known === undefined || typeof item !== "string" || typeof value !== "string")
    throw new ContentError("property");
  if (!isItem(known, item) || !(value === "" || isValue(known, value))) throw new ContentError("property");
  return { name: known, item, value };
}

function isItem(name: GroupPropertyName, item: string): boolean {
  if (name === "pins") return MESSAGE_ID.test(item);
  if (name === "links") return LINK_ITEM.test(item);
  return item === "";
}

function isValue(name: GroupPropertyName, value: string): boolean {
  switch (name) {
    case "name":
      return hasAtMost(value, NAME_CHARACTERS);
    case "topic":
      return hasAtMost(value, TOPIC_CHARACTERS);
    case "avatar":
      return isHttps(value);
    case "isModerated":
    case "isReadOnly":
    case "pins":
      return value === "true";
    case "links":
      return isLink(value);
  }
}

/** A character beyond the first 65,536 counts once. */
function hasAtMost(text: string, most: number): boolean {
  return text.length <= most || (text.length <= 2 * most && Array.from(text).length <= most);
}

const isHttps = (text: string): boolean => URL.parse(text)?.protocol === "https:";

function isLink(text: string): boolean {
  try {
    const link: unknown = JSON.parse(text);
    if (typeof link !== "object" || link === null) return false;
    const { title, url } = link as { readonly title?: unknown; readonly url?: unknown };
    return typeof title === "string" && typeof url === "string" && URL.canParse(url);
  } catch {
    return false;
  }
}
