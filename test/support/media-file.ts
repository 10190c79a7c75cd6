import type { MediaFile } from "../../mappings/message.ts";

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
