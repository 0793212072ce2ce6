/** `im2rec --help`. */
export const IM2REC_HELP = `im2rec: image lists and RecordIO files, with the command line of MXNet's tools/im2rec.py

Usage: im2rec [options] PREFIX ROOT

  PREFIX   lists are PREFIX.lst, PREFIX_train.lst ...; records go beside them as .rec and .idx
  ROOT     folder that holds the images

Making lists:
  --list               make lists instead of records
  --recursive          sub-folders too, a label for each folder; otherwise every label is 0
  --exts .jpg .png     file endings (default .jpeg .jpg .png)
  --chunks N           cut into N lists, _0, _1 ... (default 1)
  --train-ratio R      share of _train (default 1.0: one list)
  --test-ratio R       share of _test (default 0); the rest is _val
  --no-shuffle         keep the order of the walk; otherwise Python's shuffle with seed 100

Making records:
  --resize N           shorter side N pixels, bilinear as cv2.resize (default 0: as it is)
  --center-crop        the centred square first
  --quality N          JPEG 1-100 (default 95), PNG 0-9
  --encoding .jpg|.png (default .jpg)
  --color 1|0|-1       colour (default), grey, or as it is with its alpha
  --pass-through       store the files' own bytes
  --pack-label         store several labels of a line, not only the first
  --num-thread N       threads (default: all processors); the order of records is always the list's
  --exact              ours: JPEGs with the very bytes of im2rec.py, at half the speed
  --on-error skip|fail|placeholder   ours: an image that cannot be read (default skip)

Unlike im2rec.py: images that cannot be read are named and make the exit code 1; a truncated image counts as one;
images that its rounding of ratios loses go to _train; a list that only begins with PREFIX is not packed, unless
PREFIX is its whole name; --exts takes either case; 16 bits become 8; an interrupted run is gone on with; an unchanged
output is left alone. A report lies beside the records.

Example:
  im2rec --list --recursive --train-ratio 0.8 out/drivers pictures
  im2rec --resize 210 out/drivers pictures
`;
