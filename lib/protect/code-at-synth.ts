import { FileSystem, Lazy } from 'aws-cdk-lib';
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';

/**
 * Code that is known only when the template is written: methods are added to an API until then. The asset is made when
 * somebody asks for its place, another for each content; the template names the last.
 */
export class CodeAtSynth extends Code {
  readonly isInline = false;
  private readonly folder: () => string;

  /** @param folder writes the code and gives its folder; the same one for the same code */
  constructor(folder: () => string) {
    super();
    this.folder = folder;
  }

  bind(scope: Construct): CodeConfig {
    const asset = (): Asset => {
      const path = this.folder();
      const id = `Code${FileSystem.fingerprint(path).slice(0, 16)}`;
      return (scope.node.tryFindChild(id) as Asset | undefined) ?? new Asset(scope, id, { path });
    };
    return {
      s3Location: {
        bucketName: Lazy.string({ produce: () => asset().s3BucketName }),
        objectKey: Lazy.string({ produce: () => asset().s3ObjectKey }),
      },
    };
  }
}
