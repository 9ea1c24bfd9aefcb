using System.Buffers;
using Mayday.Protocol.Kmsg;

namespace Mayday.Protocol.Netconsole;

/// <summary>One <c>KEY=value</c> line of a message body.</summary>
public readonly ref struct MessageField
{
    internal MessageField(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Key = key;
        Value = value;
    }

    /// <summary>The bytes before the first <c>=</c>; never empty.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The bytes after the <c>=</c>, as sent. Values of the printk dictionary are escaped (<see cref="Escapes"/>), those of
    /// userdata and sysdata are not, and nothing marks where one ends and the other begins.</summary>
    public ReadOnlySpan<byte> Value { get; }
}

/// <summary>The body of a whole message: text, a line end, then lines that begin with a blank, <c> KEY=value</c>: the printk dictionary,
/// then userdata, then sysdata (cpu, taskname, release, msgid). The last line end may be missing and NULs may follow, because senders of
/// exactly 1000 bytes lose their last byte. A view of the bytes that it was made from; allocates nothing, never throws.</summary>
public readonly ref struct MessageBody
{
    private readonly ReadOnlySpan<byte> _fields;

    /// <summary>Looks at a body. Fragments must be joined first: they are cut anywhere.</summary>
    /// <param name="body">Everything behind the semicolon of the header.</param>
    public MessageBody(ReadOnlySpan<byte> body)
    {
        body = body.TrimEnd((byte)0);
        var end = body.IndexOf((byte)'\n');
        Text = end < 0 ? body : body[..end];
        _fields = end < 0 ? default : body[(end + 1)..];
    }

    /// <summary>The text as sent, with its escapes and without its line end.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Writes the text without escapes; lines inside it are then real lines.</summary>
    /// <param name="destination">At least as long as <see cref="Text"/>.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="Text"/>.</exception>
    public int UnescapeText(Span<byte> destination) => Escapes.Unescape(Text, destination);

    /// <summary>Writes the text without escapes.</summary>
    /// <param name="writer">Where the plain bytes go.</param>
    public void UnescapeText(IBufferWriter<byte> writer) => Escapes.Unescape(Text, writer);

    /// <summary>Enumerates the fields in their order; keys may repeat. Lines of any other form are passed over.</summary>
    /// <returns>An enumerable for <c>foreach</c>.</returns>
    public FieldEnumerator Fields => new(_fields);

    /// <summary>Reads the message id. It counts the messages sent to this target, and is the only reliable sign of loss. The kernel writes
    /// it as the last line of the body, so it is accepted only there: an earlier line with the same key is userdata.</summary>
    /// <param name="messageId">1 for the first message; wraps to 0.</param>
    /// <returns>False where the message has none.</returns>
    public bool TryGetMessageId(out uint messageId)
    {
        messageId = 0;
        var lines = _fields.EndsWith("\n"u8) ? _fields[..^1] : _fields;
        var last = lines[(lines.LastIndexOf((byte)'\n') + 1)..];
        if (!last.StartsWith(" msgid="u8) || !Decimals.TryParse(last[" msgid=".Length..], out var value) || value > uint.MaxValue)
        {
            return false;
        }

        messageId = (uint)value;
        return true;
    }

    /// <summary>Walks the fields of one body.</summary>
    public ref struct FieldEnumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal FieldEnumerator(ReadOnlySpan<byte> lines) => _rest = lines;

        /// <summary>The current field.</summary>
        public MessageField Current { get; private set; }

        /// <summary>Itself, for <c>foreach</c>.</summary>
        /// <returns>This enumerator.</returns>
        public readonly FieldEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next field.</summary>
        /// <returns>False at the end.</returns>
        public bool MoveNext()
        {
            while (!_rest.IsEmpty)
            {
                var end = _rest.IndexOf((byte)'\n');
                var line = end < 0 ? _rest : _rest[..end];
                _rest = end < 0 ? default : _rest[(end + 1)..];
                if (!line.StartsWith(" "u8))
                {
                    continue;
                }

                var equals = line.IndexOf((byte)'=');
                if (equals < 2)
                {
                    continue;
                }

                Current = new MessageField(line[1..equals], line[(equals + 1)..]);
                return true;
            }

            return false;
        }
    }
}
