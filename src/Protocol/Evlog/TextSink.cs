namespace Mayday.Protocol.Evlog;

/// <summary>A text buffer of fixed size: text that does not fit is left out, and that is remembered.</summary>
internal ref struct TextSink(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public bool IsCut { get; private set; }

    public void Put(byte letter) => Fill(letter, 1);

    public void Put(scoped ReadOnlySpan<byte> text)
    {
        var fitting = Math.Min(text.Length, _destination.Length - Length);
        text[..fitting].CopyTo(_destination[Length..]);
        Length += fitting;
        IsCut |= fitting < text.Length;
    }

    public void Fill(byte letter, long count)
    {
        if (count <= 0)
        {
            return;
        }

        var fitting = (int)Math.Min(count, _destination.Length - Length);
        _destination.Slice(Length, fitting).Fill(letter);
        Length += fitting;
        IsCut |= fitting < count;
    }
}
