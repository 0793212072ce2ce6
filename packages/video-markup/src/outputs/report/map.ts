import { escapeHtml } from "@sightline/foundation/escape";
import type { TrackPoint } from "../../analytics/gpx.js";
import type { GeoJson } from "../geo-json.js";
import { clock } from "./clock.js";

const WIDTH = 960;
const MAX_HEIGHT = 540;
const MARGIN = 24;

/** Most points of the way that are drawn. */
const MAX_POINTS = 2000;

/**
 * The camera's way and the objects on it, drawn without any map service: north is up, both axes in the same
 * scale at the middle of the way.
 */
export function mapSvg(
  way: readonly TrackPoint[],
  places: GeoJson,
  colors: ReadonlyMap<string, string>,
): string {
  const all = [
    ...way.map(({ longitude, latitude }) => [longitude, latitude] as const),
    ...places.features.map(({ geometry: { coordinates } }) => [coordinates[0], coordinates[1]] as const),
  ];
  if (all.length === 0) return "<p>The video and the GPS track do not overlap in time.</p>";
  const west = least(all, 0);
  const south = least(all, 1);
  const east = -least(
    all.map(([x, y]) => [-x, y] as const),
    0,
  );
  const north = -least(
    all.map(([x, y]) => [x, -y] as const),
    1,
  );
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  // At least 20 m across, so that a standing camera does not fill the map with its GPS noise.
  const spanX = Math.max((east - west) * squeeze, 0.0002);
  const spanY = Math.max(north - south, 0.0002);
  const scale = Math.min((WIDTH - 2 * MARGIN) / spanX, (MAX_HEIGHT - 2 * MARGIN) / spanY);
  const height = Math.round(spanY * scale + 2 * MARGIN);
  const left = (WIDTH - (east - west) * squeeze * scale) / 2;
  const x = (longitude: number) => (left + (longitude - west) * squeeze * scale).toFixed(1);
  const y = (latitude: number) => (height - MARGIN - (latitude - south) * scale).toFixed(1);
  const every = Math.ceil(way.length / MAX_POINTS);
  const line = way
    .filter((_, i) => i % every === 0 || i === way.length - 1)
    .map(({ longitude, latitude }) => `${x(longitude)},${y(latitude)}`);
  const dots = places.features.map(({ geometry: { coordinates }, properties }) => {
    const [longitude, latitude] = coordinates;
    const name = String(properties.className);
    const seconds = Number(properties.nearestSeconds);
    const title = `#${properties.trackId} ${name} at ${clock(seconds)}: ${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
    return `<circle data-seek="${seconds}" cx="${x(longitude)}" cy="${y(latitude)}" r="7" fill="${colors.get(name) ?? "#888"}"><title>${escapeHtml(title)}</title></circle>`;
  });
  const metres = niceLength((120 / scale) * 111_320);
  const bar = (metres / 111_320) * scale;
  const ruler =
    `<line class="axis" x1="10" y1="${height - 8}" x2="${(10 + bar).toFixed(1)}" y2="${height - 8}"/>` +
    `<text x="10" y="${height - 12}">${metres >= 1000 ? `${metres / 1000} km` : `${metres} m`}</text>`;
  return `<svg class="map" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Map"><polyline points="${line.join(" ")}"/>${dots.join("")}${ruler}</svg>`;
}

function least(points: readonly (readonly [number, number])[], axis: 0 | 1): number {
  return points.reduce((low, point) => Math.min(low, point[axis]), Number.POSITIVE_INFINITY);
}

/** The largest of 1, 2, 5 times a power of ten that is not above. */
function niceLength(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(metres, 1)));
  return [5, 2, 1].map((factor) => factor * power).find((length) => length <= Math.max(metres, 1))!;
}
