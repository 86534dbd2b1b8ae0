"""A spec that is right, for tests to make mistakes in; each number in it stands there once."""

EXAMPLE = """\
schema: 1
id: example
name: An example
stage: strengthen
instructions:
  - Rise.
dose:
  sets: 3
  reps: 31
  period_s: 2.5
  source: "default, not from literature"
view:
  asks: side
  also: [oblique, front]
  placement: Two to three metres away.
side: both
movement:
  kind: reps
  measure: body_rise_cm
  enter: {value: 1.5, source: "default, not from literature"}
  most: {value: 25.0, source: "default, not from literature"}
  least: {value: -12.0, source: "default, not from literature"}
  min_s: {value: 0.4, source: "default, not from literature"}
  max_s: {value: 15.0, source: "default, not from literature"}
peak: [heel_height_cm]
rules:
  low_height:
    check: below_own_best
    measure: heel_height_cm
    of_first: 5
    watch: {value: 0.81, source: "default, not from literature"}
    fault: {value: 0.62, source: "default, not from literature"}
    cue: Higher.
    text: "It came to {percent:.0f} %; the limit is {limit_percent:.0f} %."
  knee_bend:
    check: rises_above
    measure: knee_flexion_change_deg
    limit: {value: 12.0, source: "default, not from literature"}
    cue: Keep your knees straight.
    text: "The knee bent by {value:.1f}°; the limit is {limit:.0f}°."
  knee_valgus:
    check: drops_below_own
    measure: knee_separation_change_cm
    views: [front]
    limit: {value: 1.2, source: "default, not from literature"}
    cue: Knees out.
    text: "The knees came {value:.1f} cm closer."
  asymmetry:
    check: uneven
    measure: ankle_rise_cm
    limit: {value: 0.21, source: "default, not from literature"}
    cue: Rise evenly.
    text: "One side rose {percent:.0f} % less."
"""
