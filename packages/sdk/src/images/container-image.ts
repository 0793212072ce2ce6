import { checkImageUri } from "../checks/names.js";

/** An image of your own, checked for form. */
export interface ContainerImage {
  readonly kind: "container-image";
  /** URI of the image, 1 to 255 characters. */
  readonly uri: string;
}

/**
 * Names an image of your own in place of a built-in one, for example this project's container pushed to
 * your registry.
 *
 * @throws InvalidInputError for a URI that is empty, longer than 255 characters or has blanks
 * @example
 * containerImage("123456789012.dkr.ecr.eu-west-1.amazonaws.com/sightline:1.0")
 */
export function containerImage(uri: string): ContainerImage {
  checkImageUri("containerImage", uri);
  return { kind: "container-image", uri };
}
