namespace Mayday.Analysis.Parsing;

/// <content>Reads types and what they contain: functions, trait objects, constants.</content>
internal ref partial struct RustV0Name
{
    private bool Type(int depth)
    {
        if (depth > MaxDepth || ++_steps > MaxSteps || output.Length > RustNames.MaxOutput || _at >= _text.Length)
        {
            return false;
        }

        if (Basic(Peek) is { } basic)
        {
            _at++;
            output.Append(basic);
            return true;
        }

        switch (Peek)
        {
            case 'A':
                _at++;
                output.Append('[');
                if (!Type(depth + 1))
                {
                    return false;
                }

                output.Append("; _]");
                return Constant(depth + 1);
            case 'S':
                _at++;
                output.Append('[');
                if (!Type(depth + 1))
                {
                    return false;
                }

                output.Append(']');
                return true;
            case 'T':
                _at++;
                output.Append('(');
                for (var first = true; Peek is not 'E' and not '\0'; first = false)
                {
                    output.Append(first ? "" : ", ");
                    if (!Type(depth + 1))
                    {
                        return false;
                    }
                }

                output.Append(')');
                return Take('E');
            case 'R' or 'Q':
                output.Append(_text[_at++] == 'R' ? "&" : "&mut ");
                if (Peek == 'L')
                {
                    _at++;
                    Base62();
                }

                return Type(depth + 1);
            case 'P' or 'O':
                output.Append(_text[_at++] == 'P' ? "*const " : "*mut ");
                return Type(depth + 1);
            case 'F':
                _at++;
                return Function(depth);
            case 'D':
                _at++;
                output.Append("dyn ");
                return Dynamic(depth);
            case 'B':
                _at++;
                return BackReference(depth, type: true, inType: true);
            default:
                return Path(inType: true, depth + 1);
        }
    }

    private bool Function(int depth)
    {
        Binder();
        if (Peek == 'U')
        {
            _at++;
        }

        if (Peek == 'K')
        {
            _at++;
            if (Peek == 'C')
            {
                _at++;
            }
            else if (!Silently(static (ref RustV0Name r, int d) => r.Identifier(), depth))
            {
                return false;
            }
        }

        output.Append("fn");
        while (Peek is not 'E' and not '\0')
        {
            if (!Silently(static (ref RustV0Name r, int d) => r.Type(d), depth + 1))
            {
                return false;
            }
        }

        return Take('E') && Silently(static (ref RustV0Name r, int d) => r.Type(d), depth + 1);
    }

    private bool Dynamic(int depth)
    {
        Binder();
        for (var first = true; Peek is not 'E' and not '\0'; first = false)
        {
            output.Append(first ? "" : " + ");
            if (!Path(inType: true, depth + 1))
            {
                return false;
            }

            while (Peek == 'p')
            {
                _at++;
                if (!Silently(static (ref RustV0Name r, int d) => r.Identifier() && r.Type(d), depth + 1))
                {
                    return false;
                }
            }
        }

        if (!Take('E'))
        {
            return false;
        }

        if (Peek == 'L')
        {
            _at++;
            Base62();
        }

        return true;
    }

    private bool Constant(int depth)
    {
        if (Peek == 'B')
        {
            _at++;
            Base62();
            return true;
        }

        if (Peek == 'p')
        {
            _at++;
            return true;
        }

        if (!Silently(static (ref RustV0Name r, int d) => r.Type(d), depth + 1))
        {
            return false;
        }

        while (Peek is >= '0' and <= '9' or >= 'a' and <= 'f' or 'n')
        {
            _at++;
        }

        return Take('_');
    }
}
