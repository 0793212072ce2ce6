/**
 * How a training job ended on this host: with its model saved, stopped before its first epoch ended so that there is no
 * model, or with its share of the work given to the host that trains.
 */
export type TrainingOutcome = "saved" | "unsaved" | "handed-over";
