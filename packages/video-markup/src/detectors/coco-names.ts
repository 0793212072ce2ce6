/** The 80 classes of COCO detection in the order that YOLO-like models use. */
export const cocoNames: readonly string[] = (
  "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign," +
  "parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag," +
  "tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard," +
  "tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot," +
  "hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard," +
  "cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
).split(",");

/** COCO's own category ids that no class uses: 91 ids hold 80 classes. */
const UNUSED_IDS = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

/** COCO's 91 category ids: index = id - 1; unused ids are named `N/A`, as torchvision does. */
export const cocoCategoryNames: readonly string[] = (() => {
  const names = cocoNames.values();
  return Array.from({ length: 90 }, (_, index) =>
    UNUSED_IDS.has(index + 1) ? "N/A" : (names.next().value as string),
  );
})();
