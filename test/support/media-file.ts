import { type MediaFile, message, type Message } from "../../mappings/message.ts";

/** A small picture of which nothing is known but where it is; `said`: what is known. */
export const aFile = (said: Partial<MediaFile> = {}): MediaFile => ({
  source: "https://files.example/1",
  contentType: "image/png",
  filename: "1.png",
  description: "",
  size: 5,
  sha256: null,
  encryption: null,
  inline: true,
  width: null,
  height: null,
  duration: null,
  voice: false,
  ...said,
});

/** A message of such pictures and nothing else. */
export function picturesAt(sources: readonly string[]): Message {
  const files = sources.map((source) => aFile({ source }));
  return message({ kind: "media", files, caption: null, sticker: false, spoiler: null });
}
