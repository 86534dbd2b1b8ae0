"""Results for people and machines: JSON, CSV, the terminal's table, the HTML page, the annotated video."""

from formcheck.report.about import About
from formcheck.report.frames_csv import frames_csv, write_frames_csv
from formcheck.report.result_json import json_text, result_json, write_json
from formcheck.report.table import render_table

__all__ = ["About", "frames_csv", "json_text", "render_table", "result_json", "write_frames_csv", "write_json"]
