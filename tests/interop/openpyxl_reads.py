"""Another program's reader: Python's openpyxl reads the workbooks that cardferry writes of the samples, and finds in each
cell the text that the CSV file has there.

usage: openpyxl_reads.py CARDFERRY SAMPLE...
"""

import csv
import pathlib
import subprocess
import sys
import tempfile

import openpyxl

PROFILES = ["outlook-desktop", "outlook-desktop/ja", "outlook-web", "google", "thunderbird", "generic"]


def main(program, samples):
    with tempfile.TemporaryDirectory() as room:
        for sample in samples:
            for profile in PROFILES:
                compare(program, sample, profile, pathlib.Path(room))
    print(f"openpyxl reads what is written of {len(samples)} samples in {len(PROFILES)} profiles")


def compare(program, sample, profile, room):
    files = [room / f"out.{ending}" for ending in ("xlsx", "csv")]
    # A workbook holds what a profile's own encoding lacks.
    for file, encoding in zip(files, [[], ["--output-encoding", "utf-8-bom"]]):
        subprocess.run([program, "convert", sample, "-o", file, "--profile", profile, "-q", *encoding], check=True)
    sheet = openpyxl.load_workbook(files[0]).active
    assert sheet.freeze_panes == "A2", sheet.freeze_panes
    with open(files[1], encoding="utf-8-sig", newline="") as table:
        rows = list(csv.reader(table))
    assert sheet.max_row == len(rows), (sample, profile, sheet.max_row, len(rows))
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column)
            text = text.replace("\r\n", "\n")
            assert (cell.value or "") == text, (sample, profile, cell.coordinate, cell.value, text)
            assert not text or cell.data_type == "s", (sample, profile, cell.coordinate, cell.data_type)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
