import type { ImageInput } from "@sightline/contract/image-input";

/** What torchvision's ImageNet models expect: RGB, 0 to 1, ImageNet's mean and deviation. */
export const IMAGENET_INPUT: ImageInput = {
  width: 224,
  height: 224,
  channels: "RGB",
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
