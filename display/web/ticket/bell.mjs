// SPDX-License-Identifier: Apache-2.0
/*
 * The phone's own voice: it shakes, and rings if its holder allowed that by a tap (browsers let no
 * page sound before). Two short tones made here; no file is fetched for them.
 */

const SHAKE_MS = [500, 200, 500, 200, 500];
const TONES = [
  { hz: 784, at_s: 0 },
  { hz: 988, at_s: 0.22 },
];
const TONE_S = 0.35;

export class Bell {
  #audio = null;

  /** Within a tap: makes the sound possible, and lets it be heard once. */
  allow() {
    this.#audio ??= new AudioContext();
    this.#audio.resume().catch(() => {});
    this.#sound();
  }

  forbid() {
    this.#audio?.close().catch(() => {});
    this.#audio = null;
  }

  ring() {
    // A page nobody has touched may not shake; the browser would only log that.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(SHAKE_MS);
    if (!this.#audio) return;
    this.#audio.resume().catch(() => {});
    this.#sound();
  }

  #sound() {
    for (const { hz, at_s } of TONES) {
      const start = this.#audio.currentTime + at_s;
      const tone = this.#audio.createOscillator();
      const loudness = this.#audio.createGain();
      tone.frequency.value = hz;
      loudness.gain.setValueAtTime(0.001, start);
      loudness.gain.exponentialRampToValueAtTime(0.5, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
      tone.connect(loudness).connect(this.#audio.destination);
      tone.start(start);
      tone.stop(start + TONE_S);
    }
  }
}
