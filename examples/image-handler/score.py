"""Sends every file of pictures/ to a served function and counts the right answers.

    python score.py http://127.0.0.1:8080/predict/digit
"""
import http.client
import json
import pathlib
import sys
import urllib.parse


def main():
    address = urllib.parse.urlsplit(sys.argv[1])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    files = sorted(pathlib.Path("pictures").iterdir())
    right = 0
    for file in files:
        connection.request("POST", address.path, file.read_bytes(), {"content-type": "image/png" if file.suffix == ".png" else "image/jpeg"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            sys.exit(f"{file}: status {response.status}: {answer['error']}")
        right += answer["predictions"][0]["label"] == file.name[0]
    print(f"right on {right / len(files):.3f} of {len(files)} files")


if __name__ == "__main__":
    main()
