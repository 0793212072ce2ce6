import { join } from "node:path";
import { listImages, packRecordIO, splitList } from "@sightline/recordio";
import { type DrawPicturesOptions, drawPictures } from "@sightline/samples";

/** Draws pictures and packs those of training and of validation, each in a folder of its name below `records`. */
export async function packDrawnPictures(
  records: string,
  drawing: DrawPicturesOptions,
  share: { readonly train: number; readonly validation: number } = { train: 0.75, validation: 0.25 },
) {
  const drawn = await drawPictures(drawing);
  const list = await listImages(drawn.folder);
  const { train, validation } = splitList(list, { kind: "stratified", parts: share });
  for (const [name, part] of Object.entries({ train, validation }))
    await packRecordIO(part, { output: join(records, name, name), workers: 0 });
  return { drawn, train, validation, picture: join(list.root, validation.entries[0]?.path ?? "") };
}
