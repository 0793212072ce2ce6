/** What the values of a head mean, and how far they are from the truth. */
export interface Answers {
  /** The ONNX operator that makes probabilities of the head's values. */
  readonly operator: "Softmax" | "Sigmoid";
  /** Turns a picture's values into probabilities, in place. */
  activate(values: Float64Array): void;
  /** Turns a picture's probabilities into the slopes of its loss over the head's values, in place. */
  slopes(probabilities: Float64Array, labels: readonly number[]): void;
  /** Begins to count right answers. */
  tally(): Tally;
}

/** Counts right answers as they come. */
export interface Tally {
  /** Adds a picture's probabilities, and tells how it did. */
  add(probabilities: Float64Array, labels: readonly number[]): PictureScore;
  /** All pictures so far together. */
  result(): Score;
}

/** How well one picture was answered. */
export interface PictureScore {
  /** The classes that were answered, in rising order. */
  readonly answered: readonly number[];
  /** Its cross-entropy, unweighted. */
  readonly loss: number;
}

/** How well many pictures were answered. */
export interface Score {
  /** Share of pictures whose likeliest class is the label; of several classes the share of right yes or no. 0 to 1. */
  readonly accuracy: number;
  /** Share of pictures whose label is among the `topK` likeliest classes. */
  readonly topKAccuracy?: number;
  /** Mean of -ln(probability of the truth), over pictures; of several classes over pictures and classes. Unweighted. */
  readonly crossEntropy: number;
}
