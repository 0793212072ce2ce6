/** `1:02:03`, `2:03.4` */
export function clock(seconds: number, digits = 1): string {
  const whole = Math.max(0, Number(seconds.toFixed(digits)));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = (whole % 60)
    .toFixed(hours > 0 ? 0 : digits)
    .padStart(digits > 0 && hours === 0 ? digits + 3 : 2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
