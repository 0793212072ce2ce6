import type { TrackPoint } from "../analytics/gpx.js";
import type { TrackedObject } from "../analytics/objects.js";

/** A point on the map. */
export interface GeoJsonFeature {
  /** Always `Feature`. */
  readonly type: "Feature";
  /** Where it is. */
  readonly geometry: {
    /** Always `Point`. */
    readonly type: "Point";
    /** Longitude, latitude and, where known, metres of elevation. */
    readonly coordinates: readonly [number, number] | readonly [number, number, number];
  };
  /** Track id, class name, confidence, frames, times in seconds, and the time of day. */
  readonly properties: Readonly<Record<string, string | number>>;
}

/** RFC 7946. */
export interface GeoJson {
  /** Always `FeatureCollection`. */
  readonly type: "FeatureCollection";
  /** One feature an object. */
  readonly features: readonly GeoJsonFeature[];
}

/**
 * The objects on the map: each once, where the camera was when it was nearest (its box the largest). Objects
 * seen where the GPS track has no position are left out.
 *
 * @param position From `trackPositions`.
 */
export function toGeoJson(
  objects: readonly TrackedObject[],
  position: (ptsSeconds: number) => TrackPoint | undefined,
): GeoJson {
  return {
    type: "FeatureCollection",
    features: objects.flatMap((object): GeoJsonFeature[] => {
      const place = position(object.nearest.ptsSeconds);
      if (!place) return [];
      const flat = [degrees(place.longitude), degrees(place.latitude)] as const;
      return [
        {
          type: "Feature",
          geometry: {
            type: "Point",
            coordinates: place.elevation === undefined ? flat : [...flat, Number(place.elevation.toFixed(1))],
          },
          properties: {
            trackId: object.trackId,
            className: object.className,
            confidence: Number(object.best.confidence.toFixed(4)),
            frames: object.frames,
            firstSeconds: object.firstSeconds,
            lastSeconds: object.lastSeconds,
            nearestSeconds: object.nearest.ptsSeconds,
            time: new Date(place.timeMs).toISOString(),
          },
        },
      ];
    }),
  };
}

/** Seven digits are a centimetre. */
function degrees(value: number): number {
  return Number(value.toFixed(7));
}
