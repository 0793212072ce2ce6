import { extname } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".gif": "image/gif",
  ".gz": "application/gzip",
  ".html": "text/html",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".json": "application/json",
  ".jsonl": "application/jsonlines",
  ".mov": "video/quicktime",
  ".mp4": "video/mp4",
  ".png": "image/png",
  ".rec": "application/x-recordio",
  ".txt": "text/plain",
  ".webp": "image/webp",
};

/** The content type of the files that vision work has, by their ending; undefined for the rest. */
export function contentTypeOf(path: string): string | undefined {
  return types[extname(path).toLowerCase()];
}
