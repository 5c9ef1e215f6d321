"""Makes the sounds beside it: `python make_sounds.py` with numpy and soundfile. A tone of 440 Hz and one of 660, 0.1 s."""
import pathlib

import numpy
import soundfile

HERE = pathlib.Path(__file__).parent
time = numpy.arange(1600) / 16000
tone = numpy.stack([0.5 * numpy.sin(2 * numpy.pi * 440 * time), 0.25 * numpy.sin(2 * numpy.pi * 660 * time)], axis=1)

soundfile.write(HERE / "stereo.flac", tone, 16000, subtype="PCM_16")
soundfile.write(HERE / "mono24.flac", tone[:, 0], 16000, subtype="PCM_24")
for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"):
    soundfile.write(HERE / f"{subtype.lower()}.wav", tone[:400], 16000, subtype=subtype)
soundfile.write(HERE / "extensible.wav", tone[:400], 48000, format="WAVEX", subtype="PCM_16")
soundfile.write(HERE / "alaw.wav", tone[:400], 8000, subtype="ALAW")
