using System.Buffers;
using System.Runtime.CompilerServices;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Client.Manifests;

/// <summary>Cuts a manifest into its parts, of which it holds one at a time.</summary>
internal static class ManifestParts
{
    private const int BytesRead = 64 << 10;

    /// <summary>The parts, each with how many of its lines ask for something.</summary>
    /// <param name="lines">The manifest, read to its end.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<(byte[] Lines, int Asking)> Of(
        Stream lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[BytesRead];
        var part = new Part();
        int read;
        while ((read = await lines.ReadAsync(buffer, cancellationToken)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                if (part.Add(buffer[i]) && part.IsFull)
                    yield return part.Take();
            }
        }

        part.EndLine();
        if (!part.IsEmpty)
            yield return part.Take();
    }

    private sealed class Part
    {
        private readonly ArrayBufferWriter<byte> _content = new();
        private int _lines;
        private int _asking;
        private int _bytesOfLine;
        private bool _isBlank = true;

        public bool IsFull => _lines == IManifestGrain.LinesOfPart;

        public bool IsEmpty => _content.WrittenCount == 0;

        /// <summary>Takes a byte in; whether it ended a line.</summary>
        public bool Add(byte value)
        {
            if (value == '\n')
            {
                End();
                return true;
            }

            // What is too long is cut off, and told as such where it is read.
            if (_bytesOfLine == IManifestGrain.LongestLine)
                return false;
            _bytesOfLine++;
            _isBlank &= value is (byte)' ' or (byte)'\t' or (byte)'\r';
            Write(value);
            return false;
        }

        /// <summary>Ends the last line, where nothing did.</summary>
        public void EndLine()
        {
            if (_bytesOfLine > 0)
                End();
        }

        public (byte[] Lines, int Asking) Take()
        {
            var taken = (_content.WrittenSpan.ToArray(), _asking);
            _content.ResetWrittenCount();
            (_lines, _asking) = (0, 0);
            return taken;
        }

        private void Write(byte value)
        {
            _content.GetSpan(1)[0] = value;
            _content.Advance(1);
        }

        private void End()
        {
            Write((byte)'\n');
            _lines++;
            _asking += _isBlank ? 0 : 1;
            (_bytesOfLine, _isBlank) = (0, true);
        }
    }
}
