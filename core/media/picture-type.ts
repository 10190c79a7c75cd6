/** What a picture is by its first octets, whatever its host calls it. SVG is none: it can hold a program. */

export type PictureType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

/** A picture of somebody, whole. */
export interface Avatar {
  readonly bytes: Buffer;
  readonly type: PictureType;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const GIF = /^GIF8[79]a$/;

/** null: none of the kinds that every client draws. */
export function pictureType(bytes: Buffer): PictureType | null {
  if (startsWith(bytes, PNG)) return "image/png";
  if (startsWith(bytes, JPEG)) return "image/jpeg";
  if (GIF.test(bytes.toString("latin1", 0, 6))) return "image/gif";
  const isWebp = bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP";
  return isWebp ? "image/webp" : null;
}

const startsWith = (bytes: Buffer, start: Buffer): boolean => bytes.subarray(0, start.length).equals(start);
