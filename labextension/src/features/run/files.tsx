/** The files that a run kept: its figures, to be looked at, and all of them, to be taken. */

import type { JSX } from 'react';
import { formatBytes, shortDigest } from '../../values/format';
import type { IArtifact } from '../../core/tokens';
import { useUi } from '../../ui/ui';

type ArtifactUrl = (artifact: IArtifact) => string;

export function FiguresTab(props: {
  figures: readonly IArtifact[];
  url: ArtifactUrl;
}): JSX.Element {
  return (
    <div className="mlnb-Figures">
      {props.figures.map(figure => (
        <Figure key={`${figure.name}-${figure.sha256}`} figure={figure} url={props.url(figure)} />
      ))}
    </div>
  );
}

export function Figure(props: {
  figure: { name: string; media_type: string };
  url: string;
}): JSX.Element {
  const { figure, url } = props;
  return (
    <figure className="mlnb-Figure">
      {figure.media_type.startsWith('image/') ? (
        <a href={url} target="_blank" rel="noreferrer">
          <img src={url} alt={figure.name} loading="lazy" />
        </a>
      ) : (
        // The server hands out nothing but images to be shown in place.
        <a className="mlnb-Link" href={url} download={figure.name}>
          {figure.media_type}
        </a>
      )}
      <figcaption>{figure.name}</figcaption>
    </figure>
  );
}

export function ArtifactsTab(props: {
  artifacts: readonly IArtifact[];
  url: ArtifactUrl;
}): JSX.Element {
  const { trans } = useUi();
  if (props.artifacts.length === 0) {
    return <p className="mlnb-Quiet">{trans.__('No files were kept')}</p>;
  }
  return (
    <table className="mlnb-Table">
      <tbody>
        {props.artifacts.map(artifact => (
          <tr key={`${artifact.name}-${artifact.sha256}`}>
            <th scope="row">
              <a className="mlnb-Link" href={props.url(artifact)} download={artifact.name}>
                {artifact.name}
              </a>
            </th>
            <td>{artifact.kind}</td>
            <td className="mlnb-Quiet">
              {typeof artifact.metadata?.format === 'string'
                ? artifact.metadata.format
                : artifact.media_type}
            </td>
            <td className="mlnb-Number">{formatBytes(artifact.bytes)}</td>
            <td>
              <code title={artifact.sha256}>{shortDigest(artifact.sha256)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
