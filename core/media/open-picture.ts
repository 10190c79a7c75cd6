import { buffer } from "node:stream/consumers";
import { GatewayError } from "../errors.ts";
import { type Avatar, pictureType } from "./picture-type.ts";
import { type FileFacts, type MediaLimits, openRemoteFile } from "./remote-file.ts";

/**
 * A picture from where a room's property says that it is, whole. Throws media_refused where it is too large or none of the kinds that
 * every client draws, media_unreachable where it can't be had now.
 */
export async function openPicture(
  source: string,
  media: MediaLimits,
  facts: FileFacts | null,
): Promise<Avatar> {
  const { body } = await openRemoteFile(source, media, facts);
  const bytes = await buffer(body);
  const type = pictureType(bytes);
  if (type === null) throw new GatewayError("media_refused", `${source} is no picture`);
  return { bytes, type };
}
