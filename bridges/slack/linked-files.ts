/** Files that could not be put on Slack, as a post of their addresses. */
import { z } from "zod";
import type { Arguments } from "./api.ts";
import type { Upload } from "./uploads.ts";

const captionForm = z.array(z.unknown()).default([]);

/** The arguments of chat.postMessage in the place of files.completeUploadExternal. */
export function linkedFiles(args: Arguments, files: readonly Upload[]): Arguments {
  const { channel_id: channel, files: _, blocks, ...rest } = args;
  const elements = files.flatMap(({ source, filename, title }) =>
    source === undefined
      ? []
      : [
          {
            type: "rich_text_section",
            elements: [{ type: "link", url: source, text: title || filename || source }],
          },
        ],
  );
  const links = { type: "rich_text", elements };
  const names = files.map(({ filename, source }) => filename || source || "").join(", ");
  return {
    ...rest,
    channel,
    text: names,
    blocks: [...captionForm.parse(blocks), links],
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}
