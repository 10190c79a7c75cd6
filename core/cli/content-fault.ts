/** A content document that breaks a rule, as the command line reports it. */
import type { ContentError, ContentRule } from "../../mappings/content/content-error.ts";
import { GatewayError } from "../errors.ts";

/** Code content_invalid. */
export class ContentFault extends GatewayError {
  readonly rule: ContentRule;

  constructor(cause: ContentError) {
    super("content_invalid", cause.detail, { cause });
    this.rule = cause.rule;
  }
}
